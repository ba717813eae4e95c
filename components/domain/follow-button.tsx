"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { ButtonProps } from "@/components/ui/button";
import type { beginFollow, endFollow } from "@/lib/api-client/operations/follows";
import type { FollowKind } from "@/lib/notify/follows/schema";

const BEGIN = target<typeof beginFollow>("POST", "/confidential/follows");
const END = target<typeof endFollow>("DELETE", "/confidential/follows/{id}");

/**
 * Follows a case, request or record, or ends it. `follow` is the id under which the reader follows it; undefined where
 * they do not.
 */
export function FollowButton(props: {
  kind: FollowKind;
  subject: string;
  name: string;
  follow: string | undefined;
  size?: NonNullable<ButtonProps["size"]>;
}) {
  const t = useTranslations("ui.follows");
  const { kind, subject, name, follow, size = "form" } = props;
  const button = { look: "secondary", size } as const;
  if (follow === undefined)
    return (
      <ActButton
        call={BEGIN}
        body={() => ({ kind, subject })}
        label={t("follow")}
        named={t("followNamed")}
        button={{ ...button, icon: "bell" }}
        failed={t("failed")}
      />
    );
  return (
    <ActButton
      call={END}
      params={{ id: follow }}
      label={t("following")}
      named={t("followingNamed", { name })}
      button={{ ...button, icon: "tick" }}
      failed={t("failed")}
    />
  );
}

/** Ends following from a list. */
export function EndFollow({ id, name }: { id: string; name: string }) {
  const t = useTranslations("ui.follows");
  return (
    <ActButton
      call={END}
      params={{ id }}
      label={t("end")}
      named={t("endNamed", { name })}
      button={{ look: "quiet", size: "bar" }}
      failed={t("failed")}
    />
  );
}
