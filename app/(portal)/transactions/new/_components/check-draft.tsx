"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { bodyOf, type Draft } from "@/app/(portal)/transactions/new/_components/draft";
import { CallFailure } from "@/components/client/call-failure";
import { PlainField } from "@/components/domain/field-box";
import { fieldRows } from "@/components/domain/field-rows";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { Recipient } from "@/lib/keys/list-keys";

const GROUPS = [
  "amount",
  "pricing",
  "settlement_details",
  "parties",
  "narrative",
  "external_references",
] as const;
const ALWAYS: readonly string[] = ["parties", "narrative", "external_references"];

/** Shows everything before it is sealed: what, for whom, with which keys. */
export function CheckDraft(props: {
  draft: Draft;
  own: string;
  known: readonly Recipient[];
  isBusy: boolean;
  error: unknown;
  onSend: () => void;
  onChange: () => void;
}) {
  const t = useTranslations("transactions.create");
  const fields = useTranslations("domain.fields");
  const locale = useLocale();
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => head.current?.focus(), []);
  const body = bodyOf(props.draft, props.own, locale);
  const values: Readonly<Record<string, unknown>> = { ...body };
  const present = GROUPS.filter((group) => values[group] !== undefined);
  return (
    <div ref={head} tabIndex={-1} className="max-w-[760px] outline-none">
      <p className="mb-4 text-body text-ink-2">{t("checkLead")}</p>
      <Section title={t("job.title")}>
        <div className="py-2">
          <Facts
            look="aligned"
            facts={[
              { name: t("job.label"), value: body.job_id },
              ...(body.occurred_at === undefined
                ? []
                : [
                    {
                      name: t("job.occurred"),
                      value: <LocalTime instant={body.occurred_at} form="minute" />,
                    },
                  ]),
            ]}
          />
        </div>
      </Section>
      <Section title={t("recipients.title")}>
        <div className="py-2">
          <Facts
            look="aligned"
            facts={body.participants.map((id) => ({
              key: id,
              name: id,
              value: (
                <Digest
                  value={props.known.find(({ participantId }) => participantId === id)?.fingerprint ?? "–"}
                  label={t("recipients.fingerprint", { id })}
                />
              ),
            }))}
          />
        </div>
      </Section>
      <Section title={t("fieldsTitle")}>
        {present.length === 0 ? <p className="py-3 text-control text-ink-2">{t("noFields")}</p> : null}
        {present.map((group) => {
          const isSealed = body.confidential === true || ALWAYS.includes(group);
          return (
            <div
              key={group}
              className="grid gap-2 border-line border-b py-3 tablet:grid-cols-[158px_minmax(0,1fr)]"
            >
              <h3 className="font-medium text-body">
                {fields(group)}
                <span className="mt-1 flex items-center gap-2 font-normal text-control text-ink-2">
                  {isSealed ? <SealGlyph state="sealed" size={14} /> : null}
                  {t(isSealed ? "willSeal" : "willNotSeal")}
                </span>
              </h3>
              <PlainField label={fields(group)} rows={fieldRows(group, values, locale)} isTyped />
            </div>
          );
        })}
      </Section>
      <div className="mt-6">
        <CallFailure error={props.error} title={t("notSent")} />
        <div className="mt-4 flex flex-wrap gap-2">
          <Button look="primary" size="large" isBusy={props.isBusy} onClick={props.onSend}>
            {t("send")}
          </Button>
          <Button size="large" disabled={props.isBusy} onClick={props.onChange}>
            {t("change")}
          </Button>
        </div>
      </div>
    </div>
  );
}
