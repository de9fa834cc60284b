import { useLayoutEffect, useRef } from "react";

/**
 * Brings the focus back to what opened a dialog: without a trigger of its own, Radix would leave it nowhere. The answer
 * goes to the dialog's onCloseAutoFocus; nothing in the dialog may take the focus before it is laid out (no autoFocus).
 */
export function useReturnOfFocus(open: boolean): (event: Event) => void {
  const opener = useRef<Element>(null);
  useLayoutEffect(() => {
    if (open) opener.current = document.activeElement;
  }, [open]);
  return (event) => {
    event.preventDefault();
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
}
