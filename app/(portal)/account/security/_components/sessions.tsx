"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { endOtherSessions, endSession } from "@/lib/api-client/operations/account";
import type { SessionView } from "@/lib/identity/account/schema";

const END = target<typeof endSession>("POST", "/confidential/account/sessions/{id}/end");
const END_OTHERS = target<typeof endOtherSessions>("POST", "/confidential/account/sessions/end-others");

function EndOne({ id, device }: { id: string; device: string }) {
  const t = useTranslations("account.sessions");
  const failed = useTranslations("account.failed");
  return (
    <ActButton
      call={END}
      params={{ id }}
      label={t("end")}
      named={t("endNamed", { name: device })}
      button={{ look: "quiet", size: "bar" }}
      failed={failed("title")}
    />
  );
}

function EndOthers() {
  const t = useTranslations("account.sessions");
  const failed = useTranslations("account.failed");
  return (
    <ActButton
      call={END_OTHERS}
      label={t("endOthers")}
      button={{ size: "bar", look: "secondary" }}
      title={t("endOthers")}
      text={t("endOthersText")}
      failed={failed("title")}
      danger
    />
  );
}

function useColumns(): Column<SessionView>[] {
  const t = useTranslations("account.sessions");
  const device = (session: SessionView) => (session.device === "" ? t("unknown") : session.device);
  return [
    {
      key: "device",
      head: t("device"),
      isTitle: true,
      cell: (session) => (
        <span className="inline-flex flex-wrap items-center gap-x-3">
          {device(session)}
          {session.is_current ? (
            <Tag tone="accent" icon="check" isBoxed>
              {t("current")}
            </Tag>
          ) : null}
        </span>
      ),
    },
    { key: "method", head: t("method"), cell: ({ method }) => t(`methods.${method}`) },
    {
      key: "since",
      head: t("since"),
      cell: (session) => <LocalTime instant={session.created_at} form="minute" />,
    },
    {
      key: "seen",
      head: t("seen"),
      cell: (session) => <LocalTime instant={session.last_seen_at} form="minute" />,
    },
    {
      key: "end",
      head: t("action"),
      isHeadHidden: true,
      isNumber: true,
      cell: (session) => (session.is_current ? null : <EndOne id={session.id} device={device(session)} />),
    },
  ];
}

/** Where the person is signed in. Each session can be ended here, at once. */
export function Sessions({ sessions }: { sessions: readonly SessionView[] }) {
  const t = useTranslations("account.sessions");
  const columns = useColumns();
  const hasOthers = sessions.some((session) => !session.is_current);
  return (
    <Section
      title={t("title")}
      count={sessions.length}
      className="print:hidden"
      action={hasOthers ? <EndOthers /> : undefined}
    >
      <p className="mt-3 max-w-[640px] text-body text-ink-2">{t("text")}</p>
      <Table caption={t("title")} rows={sessions} rowKey={({ id }) => id} columns={columns} />
    </Section>
  );
}
