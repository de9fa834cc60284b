import { useEffect } from "react";

/**
 * Names the browser's tab after what is on the page now, for whoever has several open; the server's title stands until then.
 * What the next page is called replaces it.
 */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Waybill`;
  }, [title]);
}
