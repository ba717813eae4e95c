import { type RefObject, useLayoutEffect, useRef } from "react";

/** Where the focus goes from an element that is gone: to the dialog or page around it, else to the page's content. */
function aroundOf(element: HTMLElement | null): HTMLElement | null {
  return (
    element?.closest<HTMLElement>("[tabindex='-1']") ??
    document.querySelector<HTMLElement>("main[tabindex='-1']")
  );
}

/**
 * Returns a ref for a form or button that may give way to something else. If it has the focus then, the focus moves to what
 * is around it instead of being lost.
 */
export function useFocusAfter<E extends HTMLElement>(): RefObject<E | null> {
  const element = useRef<E>(null);
  useLayoutEffect(() => {
    const gone = element.current;
    const around = aroundOf(gone);
    return () => {
      if (gone?.contains(document.activeElement) !== true) return;
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) around?.focus({ preventScroll: true });
      });
    };
  }, []);
  return element;
}
