"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { addDisputeNote } from "@/lib/api-client/operations/disputes";

const send = target<typeof addDisputeNote>("POST", "/confidential/disputes/{id}/notes");
const MAX_LENGTH = 4_000;

/** Writes to the others in the dispute. What was typed stays until it has arrived. */
export function NoteForm({ disputeId, isParty }: { disputeId: string; isParty: boolean }) {
  const t = useTranslations("disputes.notes");
  const { isBusy, error, run } = useAct(send);
  const router = useRouter();
  const [text, setText] = useState("");
  const submit = async (): Promise<void> => {
    if (text.trim() === "") return;
    if ((await run({ params: { id: disputeId }, body: { text } })) === undefined) return;
    setText("");
    router.refresh();
  };
  return (
    <form
      className="mt-4 max-w-[640px] print:hidden"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field id="note" label={t(isParty ? "labelParty" : "label")} help={t("help")}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={MAX_LENGTH}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className="mt-2">
        <Button type="submit" icon="comment" isBusy={isBusy}>
          {t("send")}
        </Button>
      </div>
      {error === undefined ? null : <CallFailure error={error} />}
    </form>
  );
}
