"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ChangeFailure } from "@/app/(portal)/account/security/_components/change-failure";
import { ConfirmRemoval } from "@/app/(portal)/account/security/_components/confirm-removal";
import { useChange } from "@/app/(portal)/account/security/_components/use-change";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { endOtherSessions, endSession } from "@/lib/api-client/operations/account";
import type { SessionView } from "@/lib/identity/account/schema";

const end = target<typeof endSession>("POST", "/confidential/account/sessions/{id}/end");
const endOthers = target<typeof endOtherSessions>("POST", "/confidential/account/sessions/end-others");

function List(props: {
  sessions: readonly SessionView[];
  busy: string | undefined;
  onEnd: (id: string) => void;
}) {
  const t = useTranslations("account.sessions");
  const device = (session: SessionView) => (session.device === "" ? t("unknown") : session.device);
  return (
    <Table
      caption={t("title")}
      rows={props.sessions}
      rowKey={({ id }) => id}
      columns={[
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
          head: <span className="sr-only">{t("action")}</span>,
          isNumber: true,
          cell: (session) =>
            session.is_current ? null : (
              <Button
                look="quiet"
                size="bar"
                isBusy={props.busy === session.id}
                aria-label={t("endNamed", { name: device(session) })}
                onClick={() => props.onEnd(session.id)}
              >
                {t("end")}
              </Button>
            ),
        },
      ]}
    />
  );
}

/** Where the person is signed in; each can be ended from here, at once. */
export function Sessions({ sessions }: { sessions: readonly SessionView[] }) {
  const t = useTranslations("account.sessions");
  const api = useApi();
  const change = useChange();
  const [ending, setEnding] = useState<string | undefined>();
  const [isAsking, setAsking] = useState(false);
  const endOne = async (id: string) => {
    setEnding(id);
    await change.run(() => api.call(end, { params: { id }, body: {} }));
    setEnding(undefined);
  };
  const endAll = async () => {
    if (await change.run(() => api.call(endOthers, { body: {} }))) setAsking(false);
  };
  const hasOthers = sessions.some((session) => !session.is_current);
  return (
    <Section
      title={t("title")}
      count={sessions.length}
      className="print:hidden"
      action={
        hasOthers ? (
          <Button size="bar" onClick={() => setAsking(true)}>
            {t("endOthers")}
          </Button>
        ) : undefined
      }
    >
      <p className="mt-3 max-w-[640px] text-body text-ink-2">{t("text")}</p>
      <List sessions={sessions} busy={ending} onEnd={endOne} />
      {isAsking ? null : <ChangeFailure error={change.error} />}
      {isAsking ? (
        <ConfirmRemoval
          title={t("endOthers")}
          text={t("endOthersText")}
          action={t("endOthers")}
          change={change}
          onClose={() => setAsking(false)}
          onConfirm={endAll}
        />
      ) : null}
    </Section>
  );
}
