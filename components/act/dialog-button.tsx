"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";
import { NetworkLost } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { Button, type ButtonProps } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { useFocusAfter } from "@/components/ui/use-focus-after";

/** Draws the form; `close` closes the dialog. */
type DrawForm = (close: () => void) => ReactNode;

/** What would be lost if the dialog closed now. */
type AtRisk = "typed" | "secret";

function Discard({ what, ...props }: { what: AtRisk; onStay: () => void; onDiscard: () => void }) {
  const t = useTranslations("ui.discard");
  return (
    <Dialog isOpen onClose={props.onStay} title={t("title")}>
      <p>{t("text", { what })}</p>
      <DialogActions>
        <Button look="danger" onClick={props.onDiscard}>
          {t("yes")}
        </Button>
        <Button onClick={props.onStay} data-first-focus>
          {t("no")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/**
 * A button that opens a dialog with its own form. The form is empty each time the dialog opens, and may close the
 * dialog. A person who closes it with typed text, or with a secret that is shown once, must confirm first.
 */
export function DialogButton(props: {
  label: string;
  /** The button's accessible name, where rows repeat the label. */
  named?: string;
  /** Instead of the button's label. */
  title?: string;
  look?: "centre" | "side";
  button?: Pick<ButtonProps, "look" | "size" | "icon">;
  /** Called whenever the dialog has closed. */
  onClosed?: () => void;
  /** Set if the page's address asks for the form. */
  isOpenAtFirst?: boolean;
  children?: DrawForm;
  /** In place of children where few visits need the form: loads it. The dialog opens with it, so that the focus finds its first control. */
  load?: () => Promise<DrawForm>;
}) {
  const { label, named, title = label, look = "side", button, isOpenAtFirst = false, children, load } = props;
  const isReady = useReady();
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [draw, setDraw] = useState<DrawForm>();
  const [isLost, setLost] = useState(false);
  const [atRisk, setAtRisk] = useState<AtRisk>();
  const content = useRef<HTMLDivElement>(null);
  // The act may have been the last of its kind: then the button is gone when the page is read again.
  const trigger = useFocusAfter<HTMLButtonElement>();
  const isTyped = useRef(false);
  const close = () => {
    isTyped.current = false;
    setAtRisk(undefined);
    setOpen(false);
    props.onClosed?.();
  };
  const open = async () => {
    setLost(false);
    try {
      const loaded = await load?.();
      if (loaded !== undefined) setDraw(() => loaded);
      setOpen(true);
    } catch {
      setLost(true);
    }
  };
  const leave = () => {
    if (content.current?.querySelector("[data-secret]")) return setAtRisk("secret");
    // After sending, the answer replaces the form, so typed text cannot be lost.
    if (isTyped.current && content.current?.querySelector("form")) return setAtRisk("typed");
    close();
  };
  return (
    <>
      <Button {...button} ref={trigger} aria-label={named} disabled={!isReady} onClick={() => void open()}>
        {label}
      </Button>
      {isLost ? <CallFailure error={new NetworkLost()} /> : null}
      <Dialog isOpen={isOpen} onClose={leave} title={title} look={look}>
        {isOpen ? (
          <div
            ref={content}
            onInput={() => {
              isTyped.current = true;
            }}
          >
            {(children ?? draw)?.(close)}
          </div>
        ) : null}
      </Dialog>
      {atRisk === undefined ? null : (
        <Discard what={atRisk} onStay={() => setAtRisk(undefined)} onDiscard={close} />
      )}
    </>
  );
}
