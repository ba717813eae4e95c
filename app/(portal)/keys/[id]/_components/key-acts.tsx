"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useReady } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";
import { MoveDialog } from "./move-dialog";
import { RotateDialog } from "./rotate-dialog";
import { StateDialog } from "./state-dialog";

/** What a person can do to a key version. */
export type KeyChange = "rotate" | "move" | "suspend" | "resume" | "compromise" | "destroy";

/** Buttons for what this person can do to this key, each asking once more before it does. */
export function KeyActs(props: {
  keyId: string;
  kid: string;
  /** Its private half is its owner's: some sentences differ. */
  isHeld: boolean;
  changes: readonly KeyChange[];
}) {
  const t = useTranslations("keys.acts");
  const router = useRouter();
  const isReady = useReady();
  const [open, setOpen] = useState<KeyChange>();
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    router.refresh();
  };
  if (props.changes.length === 0) return null;
  return (
    <>
      {props.changes.map((change) => (
        <Button
          key={change}
          size="bar"
          look={change === "destroy" || change === "compromise" ? "danger" : "secondary"}
          disabled={!isReady}
          onClick={() => setOpen(change)}
        >
          {t(`${change}.button`)}
        </Button>
      ))}
      {open === "rotate" ? (
        <RotateDialog keyId={props.keyId} kid={props.kid} onClose={close} onDone={done} />
      ) : null}
      {open === "move" ? (
        <MoveDialog keyId={props.keyId} kid={props.kid} onClose={close} onDone={done} />
      ) : null}
      {open === undefined || open === "rotate" || open === "move" ? null : (
        <StateDialog
          keyId={props.keyId}
          kid={props.kid}
          isHeld={props.isHeld}
          change={open}
          onClose={close}
          onDone={done}
        />
      )}
    </>
  );
}
