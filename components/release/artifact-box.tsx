import Link from "next/link";
import { DigestLabel } from "@/components/digest/digest-label";
import { ShortDigest } from "@/components/digest/short-digest";

import { ArtifactChecks } from "@/components/release/artifact-checks";
import { ArtifactScans } from "@/components/release/artifact-scans";
import { CommitLink } from "@/components/release/commit-link";
import { SignatureLines } from "@/components/release/signature-lines";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { ExactTime } from "@/components/time/exact-time";
import { sizeWords } from "@/lib/pipeline/policy/size-words";
import type { ReleaseArtifact } from "@/lib/queries/release";

interface ArtifactBoxProps {
  number: number;
  project: string;
  artifact: ReleaseArtifact;
}

/** One service's image: its digest, where it came from, and what it says of itself. */
export function ArtifactBox({ number, project, artifact }: ArtifactBoxProps) {
  const { service, repository, digest } = artifact;
  const labels = Object.entries(artifact.labels).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Box
      number={number}
      title={
        <Link className="link" href={`/services/${project}/${service}`}>
          {service}
        </Link>
      }
      note={<span className="mono">{repository}</span>}
    >
      <div className="grid gap-x-10 gap-y-3 aside:grid-cols-2">
        <div>
          <p className="mb-2">
            <DigestLabel digest={digest} prefix copy />
          </p>
          <Facts facts={factsOf(artifact)} />
        </div>
        <div className="grid content-start gap-4">
          <div>
            <ArtifactScans scans={artifact.scans} />
          </div>
          <div>
            <ArtifactChecks checks={artifact.checks} />
          </div>
          <div>
            <SignatureLines signatures={artifact.signatures} />
          </div>
          <div>
            {labels.length === 0 ? (
              <p className="small muted">Its image has no labels.</p>
            ) : (
              <>
                <h3 className="small strong mb-1">Labels</h3>
                <Facts facts={labels.map(([name, value]) => ({ name, value, mono: true }))} />
              </>
            )}
          </div>
        </div>
      </div>
    </Box>
  );
}

function factsOf(artifact: ReleaseArtifact) {
  const { revision, source, buildUrl, builtAt, sizeBytes, user, healthcheck, platforms, mediaType } = artifact;
  return [
    { name: "version", value: artifact.version ?? "not named" },
    { name: "commit", value: <CommitLink revision={revision} source={source} /> },
    {
      name: "build",
      value:
        buildUrl && /^https?:\/\//.test(buildUrl) ? (
          <a className="link" href={buildUrl} rel="noreferrer" target="_blank">
            {buildUrl.replace(/^https?:\/\//, "")}
          </a>
        ) : (
          "no link was given"
        ),
    },
    { name: "built", value: builtAt ? <ExactTime at={builtAt} show="both" /> : "its image does not tell" },
    { name: "migration", value: artifact.migration ?? "nothing was said of one" },
    { name: "size", value: `${sizeWords(sizeBytes)}, compressed` },
    { name: "user", value: user === null ? "not known" : user === "" ? "root (not set)" : user },
    {
      name: "health check",
      value: healthcheck === null ? "not known" : healthcheck ? "in the image" : "none in the image",
    },
    {
      name: "platforms",
      value:
        platforms.length === 0
          ? (artifact.architecture ?? "one")
          : platforms.map((one) => (
              <span key={one.digest} className="block">
                {one.os}/{one.architecture}
                {one.variant ? `/${one.variant}` : ""} <ShortDigest digest={one.digest} />
              </span>
            )),
    },
    mediaType ? { name: "media type", value: mediaType, mono: true } : (false as const),
  ];
}
