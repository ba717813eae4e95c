"use client";

import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";

/** Opens the dialog in which a comment or, for the requester, the answer to an open question is written. */
export function CommentButton(props: { requestId: string; isAnswer: boolean }) {
  const { isAnswer } = props;
  const t = useTranslations("review.comment");
  return (
    <DialogButton
      label={t(isAnswer ? "writeAnswer" : "write")}
      title={t(isAnswer ? "answer" : "label")}
      button={isAnswer ? { look: "primary", icon: "comment" } : { icon: "comment" }}
      load={async () => {
        const { CommentForm } = await import("./comment-form");
        return (close) => <CommentForm {...props} onDone={close} />;
      }}
    />
  );
}
