"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";

/** Opens the dialog in which a message to the other people in the dispute is written. */
export function NoteButton(props: { disputeId: string; isParty: boolean }) {
  const t = useTranslations("disputes.notes");
  return (
    <div className="mt-4 print:hidden">
      <DialogButton
        label={t("write")}
        button={{ icon: "comment" }}
        load={async () => {
          const { NoteForm } = await import("./note-form");
          return (close) => <NoteForm {...props} onDone={close} />;
        }}
      />
    </div>
  );
}
