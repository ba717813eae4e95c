"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { commentRequest } from "@/lib/api-client/operations/access";

const commentOf = target<typeof commentRequest>("POST", "/confidential/access/requests/{id}/comments");

/** A word to the other side. While a question waits, the requester's word is its answer. */
export function CommentForm({ requestId, isAnswer }: { requestId: string; isAnswer: boolean }) {
  const t = useTranslations("review");
  const router = useRouter();
  const { isBusy, error, run } = useAct(commentOf);
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [hasSent, setSent] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(text.trim() === "");
    if (text.trim() === "" || isBusy) return;
    const answer = await run({ params: { id: requestId }, body: { comment: text.trim() } });
    if (answer === undefined) return;
    setText("");
    setSent(true);
    router.refresh();
  };
  return (
    <form onSubmit={send} noValidate className="grid gap-3">
      <Field
        id={isAnswer ? "answer" : "comment"}
        label={t(isAnswer ? "comment.answer" : "comment.label")}
        help={t(isAnswer ? "comment.answerHelp" : "comment.help")}
        error={isMissing ? t("comment.missing") : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={4000}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setSent(false);
            }}
          />
        )}
      </Field>
      <CallFailure error={error} />
      <p className="flex items-center gap-3">
        <Button type="submit" look={isAnswer ? "primary" : "secondary"} isBusy={isBusy}>
          {t(isAnswer ? "comment.sendAnswer" : "comment.send")}
        </Button>
        <span role="status" className="text-control text-accent">
          {hasSent ? t("comment.sent") : ""}
        </span>
      </p>
    </form>
  );
}
