"use client";

import { useTranslations } from "next-intl";
import { target } from "@/components/client/api";
import { AreaField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import type { commentRequest } from "@/lib/api-client/operations/access";

const COMMENT = target<typeof commentRequest>("POST", "/confidential/access/requests/{id}/comments");

/** Sends a comment to the other side. While a question is open, the requester's comment answers it. */
export function CommentForm({
  requestId,
  isAnswer,
  onDone,
}: {
  requestId: string;
  isAnswer: boolean;
  onDone: () => void;
}) {
  const t = useTranslations("review.comment");
  const form = useForm({
    call: COMMENT,
    params: { id: requestId },
    schema: async () => (await import("@/lib/access/deadlines/schema")).NewComment,
    id: isAnswer ? "answer" : "comment",
    initial: { text: "" },
    toBody: ({ text }) => ({ comment: text.trim() }),
    controls: { "/comment": "text" },
    words: {
      text: { label: t(isAnswer ? "answer" : "label"), missing: t(isAnswer ? "answerMissing" : "missing") },
    },
    isInDialog: true,
    onDone,
  });
  return (
    <FormFrame form={form} submit={t(isAnswer ? "sendAnswer" : "send")}>
      <AreaField form={form} name="text" help={t(isAnswer ? "answerHelp" : "help")} maxLength={4_000} />
    </FormFrame>
  );
}
