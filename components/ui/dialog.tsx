"use client";

import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useEffect, useId, useLayoutEffect, useRef } from "react";
import { Icon } from "@/components/ui/icon";
import { Unbroken } from "@/components/ui/unbroken";

const Leave = createContext<(() => void) | undefined>(undefined);

/** Returns what closes the dialog around a component; undefined outside of one. */
export function useLeave(): (() => void) | undefined {
  return useContext(Leave);
}

/**
 * A modal on the browser's own `<dialog>`: it keeps the focus inside, gives it back, and closes on Escape.
 * `side` is the drawer at the right edge. The focus is first at what is marked `data-first-focus`, else at the first
 * field, else at the control that closes.
 */
export function Dialog(props: {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  look?: "centre" | "side" | "wide";
  /** False while something runs that must not be left half way. */
  canClose?: boolean;
  children: ReactNode;
}) {
  const { isOpen, onClose, canClose = true, look = "centre" } = props;
  const t = useTranslations("ui");
  const titleId = useId();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    if (dialog === null) return;
    if (isOpen && !dialog.open) {
      dialog.showModal();
      // The browser gives the focus to the first control, which is the one that closes.
      const first = dialog.querySelector<HTMLElement>("[data-first-focus]");
      (first ?? dialog.querySelector<HTMLElement>(FIELDS))?.focus();
    }
    if (!isOpen && dialog.open) dialog.close();
  }, [isOpen]);
  // Taken off the page while open it would keep the focus from where it came; closing gives it back.
  useLayoutEffect(() => {
    const dialog = box.current;
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (canClose) onClose();
      }}
      onClose={() => {
        if (isOpen) onClose();
      }}
      className={`${PLACES[look]} border-line-2 bg-sheet text-left text-ink backdrop:bg-margin/75`}
    >
      {isOpen ? (
        <div className="flex max-h-[inherit] flex-col">
          <div className="flex items-start justify-between gap-4 border-line border-b px-6 py-4">
            <h2 id={titleId} className="py-1 font-semibold text-lead">
              <Unbroken>{props.title}</Unbroken>
            </h2>
            <button
              type="button"
              aria-label={t("close")}
              disabled={!canClose}
              onClick={onClose}
              className="inline-flex size-8 shrink-0 cursor-pointer items-center justify-center rounded-control text-ink-2 hover:text-ink"
            >
              <Icon name="cross" />
            </button>
          </div>
          <div tabIndex={-1} className="overflow-y-auto px-6 py-5 outline-none">
            <Leave value={onClose}>{props.children}</Leave>
          </div>
        </div>
      ) : null}
    </dialog>
  );
}

const FIELDS = "input:not(:disabled):not([type=hidden]), textarea:not(:disabled), select:not(:disabled)";

const PLACES = {
  centre: "m-auto max-h-[90dvh] w-[min(560px,calc(100vw-32px))] rounded-control border",
  wide: "m-auto max-h-[94dvh] w-[min(1100px,calc(100vw-32px))] rounded-control border",
  side: "m-0 ml-auto h-dvh max-h-dvh w-[min(424px,100vw)] max-w-none border-l",
} as const;

/** The row of buttons at a dialog's foot: primary first in reading order. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-wrap gap-2">{children}</div>;
}
