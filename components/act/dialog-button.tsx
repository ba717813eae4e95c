"use client";

import { type ReactNode, useState } from "react";
import { Button, type ButtonProps } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** A button that opens a dialog with a form of its own. The form begins anew each time; it may close the dialog. */
export function DialogButton(props: {
  label: string;
  /** Instead of the button's label. */
  title?: string;
  look?: "centre" | "side";
  button?: Pick<ButtonProps, "look" | "size" | "icon">;
  children: (close: () => void) => ReactNode;
}) {
  const { label, title = label, look = "side", button, children } = props;
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button {...button} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog isOpen={isOpen} onClose={close} title={title} look={look}>
        {isOpen ? children(close) : null}
      </Dialog>
    </>
  );
}
