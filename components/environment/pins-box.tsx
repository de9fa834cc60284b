"use client";

import Link from "next/link";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonButton } from "@/components/action/reason-button";
import { ShortDigest } from "@/components/digest/short-digest";
import { Box } from "@/components/sheet/box";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { EnvironmentView } from "@/lib/queries/environment";

const columns = [
  { key: "what", head: "service and digest", width: "24%" },
  { key: "why", head: "why" },
  { key: "who", head: "pinned by", width: "140px" },
  { key: "act", head: "unpin", width: "104px", numeric: true },
];

interface PinsBoxProps {
  view: EnvironmentView;
  unpinAction: (input: unknown) => Promise<ActionOutcome>;
}

/** Services that keep their digest here until somebody lets them move. */
export function PinsBox({ view, unpinAction }: PinsBoxProps) {
  const { project, environment, pins } = view;
  return (
    <Box
      title="Pinned here"
      number={7}
      note={pins.length === 0 ? undefined : String(pins.length)}
      flush={pins.length > 0}
    >
      {pins.length === 0 ? (
        <p className="muted small">No service is pinned here.</p>
      ) : (
        <Lines caption="Pinned here" columns={columns} heads tall stack>
          {pins.map(({ service, digest, version, reason, by, at }) => (
            <tr key={service}>
              <th scope="row">
                <Link className="link strong" href={`/services/${project}/${service}#${environment}`}>
                  {service} {version ?? ""}
                </Link>
                <span className="muted block">
                  <ShortDigest digest={digest} />
                </span>
              </th>
              <td dir="auto">{reason}</td>
              <td className="muted">
                <span className="soft">{by}</span> <RelativeTime at={at} />
              </td>
              <td className="num">
                {view.may.pin ? (
                  <ReasonButton
                    name={`Unpin ${service}`}
                    title={`Unpin ${service} in ${environment}`}
                    effect="Promotions that waited for the pin are looked at again at once, and automation may move it again."
                    label="Unpin"
                    variant="primary"
                    action={unpinAction}
                    input={(why) => ({ project, environment, service, why })}
                  >
                    Unpin
                  </ReasonButton>
                ) : null}
              </td>
            </tr>
          ))}
        </Lines>
      )}
    </Box>
  );
}
