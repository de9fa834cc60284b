"use client";

import { useId, useState } from "react";
import { Shape } from "@/components/state/shape";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

interface TypedConfirmationProps {
  /** What must be typed, letter for letter: the environment's name. Left out, the button alone confirms. */
  phrase?: string;
  /** What the button does: `Request promotion`. */
  action: string;
  danger?: boolean;
  busy?: boolean;
  /** What must be said first, while it is not: `Say why.` The button does not work until then. */
  asks?: string | false;
  onConfirm: () => void;
}

/** The last step before something is done: the button works once the words were typed. */
export function TypedConfirmation({ phrase, action, danger, busy, asks, onConfirm }: TypedConfirmationProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const isTyped = phrase === undefined || typed.trim() === phrase;
  return (
    <form
      className="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        if (isTyped && !busy && !asks) onConfirm();
      }}
    >
      {phrase === undefined ? null : (
        <>
          <label htmlFor={id}>
            Type <b>{phrase}</b>
          </label>
          <div className="confirm__field">
            <Input
              id={id}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
            {isTyped ? <Shape name="pass" label="matches" /> : null}
          </div>
        </>
      )}
      <Button
        type="submit"
        variant={danger ? "danger" : "primary"}
        size="large"
        full
        busy={busy}
        disabled={Boolean(asks) || !isTyped}
        aria-describedby={asks ? `${id}-asks` : undefined}
      >
        {action}
      </Button>
      {asks ? (
        <p className="small muted" id={`${id}-asks`}>
          {asks}
        </p>
      ) : null}
    </form>
  );
}
