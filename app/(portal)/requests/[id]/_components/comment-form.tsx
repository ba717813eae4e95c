"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { NetworkLost, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/controls";
import { Field } from "@/components/ui/field";
import type { commentRequest } from "@/lib/api-client/operations/access";

const commentOf = target<typeof commentRequest>("POST", "/confidential/access/requests/{id}/comments");

/** A word to the other side. While a question waits, the requester's word is its answer. */
export function CommentForm({ requestId, isAnswer }: { requestId: string; isAnswer: boolean }) {
  const t = useTranslations("review");
  const router = useRouter();
  const { call } = useApi();
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [hasSent, setSent] = useState(false);
  const key = useRef<string>(undefined);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(text.trim() === "");
    if (text.trim() === "" || isBusy) return;
    setBusy(true);
    setError(undefined);
    key.current ??= crypto.randomUUID();
    try {
      await call(commentOf, {
        params: { id: requestId },
        body: { comment: text.trim() },
        idempotencyKey: key.current,
      });
      key.current = undefined;
      setText("");
      setSent(true);
      router.refresh();
    } catch (failure) {
      if (!(failure instanceof NetworkLost)) key.current = undefined;
      setError(failure);
    }
    setBusy(false);
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
