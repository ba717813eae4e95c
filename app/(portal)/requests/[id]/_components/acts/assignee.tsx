"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import type { assignRequest } from "@/lib/api-client/operations/decisions";

const ASSIGN = target<typeof assignRequest>("PUT", "/confidential/access/requests/{id}/assignee");
/** Handles have no blank, so this is no person's. */
const NO_ONE = "no one";

interface AssigneeProps {
  readonly request: RequestView;
  readonly deciders: ReviewView["deciders"];
  /** The reader's handle. */
  readonly person: string;
}

/** Who looks after the request. It is an arrangement among reviewers and permits nothing. */
export function AssigneeButton({ request, deciders, person }: AssigneeProps) {
  const t = useTranslations("review.assignee");
  const { assignee } = request;
  const isMine = assignee?.handle === person;
  const label = assignee === undefined ? t("none") : isMine ? t("mine") : t("other", { name: assignee.name });
  const options = [...deciders]
    .sort((a, b) => Number(b.handle === person) - Number(a.handle === person))
    .map(({ handle, name }) => ({ value: handle, label: handle === person ? t("me", { name }) : name }));
  return (
    <ActButton
      call={ASSIGN}
      params={{ id: request.id }}
      label={label}
      button={{ look: "secondary", size: "bar" }}
      title={t("title")}
      text={t("text")}
      fields={{
        person: {
          kind: "menu",
          label: t("person"),
          options: [...options, { value: NO_ONE, label: t("noOne") }],
          initial: isMine ? NO_ONE : (options[0]?.value ?? NO_ONE),
        },
      }}
      body={({ person: chosen }) => ({ person: chosen === NO_ONE ? null : chosen })}
      yes={t("yes")}
      failed={t("failed")}
    />
  );
}
