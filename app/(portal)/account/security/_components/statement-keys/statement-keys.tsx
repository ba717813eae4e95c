"use client";

import { useTranslations } from "next-intl";
import { EnrolForm } from "@/app/(portal)/account/security/_components/statement-keys/enrol-form";
import { OwnChange } from "@/app/(portal)/account/security/_components/statement-keys/own-change";
import { ToConfirm } from "@/app/(portal)/account/security/_components/statement-keys/to-confirm";
import { useRosterActs } from "@/app/(portal)/account/security/_components/statement-keys/use-roster-acts";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { Table } from "@/components/ui/table";
import type { RosterStanding } from "@/lib/identity/roster/schema";

type Key = RosterStanding["keys"][number];

function KeyTable(props: { keys: readonly Key[]; isBusy: boolean; onRemove: (key: Key) => void }) {
  const t = useTranslations("roster.keys");
  const nameOf = (key: Key): string => key.label ?? (key.kind === "passkey" ? t("elsewhere") : key.id);
  const canRemove = props.keys.length > 1;
  return (
    <Table
      caption={t("caption")}
      rows={props.keys}
      rowKey={(key) => key.id}
      columns={[
        { key: "name", head: t("name"), cell: nameOf, isTitle: true },
        { key: "kind", head: t("kind"), cell: (key) => t(key.kind) },
        { key: "id", head: t("id"), cell: (key) => <Digest value={key.id} label={nameOf(key)} /> },
        {
          key: "action",
          head: t("action"),
          isHeadHidden: true,
          cell: (key) =>
            canRemove && key.kind === "passkey" ? (
              <Button
                look="quiet"
                size="bar"
                isBusy={props.isBusy}
                aria-label={t("removeNamed", { name: nameOf(key) })}
                onClick={() => props.onRemove(key)}
              >
                {t("remove")}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}

/** Passkeys that are not on a roster yet, as their owner reads them aloud to the custodian's operator. */
function ReadAloud({ passkeys }: { passkeys: RosterStanding["passkeys"] }) {
  const t = useTranslations("roster.ceremony");
  const signing = passkeys.filter((passkey) => passkey.can_sign);
  if (signing.length === 0) return null;
  return (
    <div className="mb-4 max-w-[720px]">
      <p className="text-body text-ink-2">{t("lead")}</p>
      <Facts
        facts={signing.map(({ label, groups }) => ({
          name: label,
          value: <span className="block max-w-[25rem] font-mono text-body">{groups}</span>,
        }))}
      />
    </div>
  );
}

/** Keys for statements: what the custodian knows, enrolling, and what waits for this person or for others. */
export function StatementKeys({ standing }: { standing: RosterStanding }) {
  const t = useTranslations("roster");
  const acts = useRosterActs(standing);
  const isBusy = acts.running !== undefined;
  const [newest] = standing.changes;
  const isWaiting = newest?.state === "pending";
  const isListed = standing.signed_by !== "unlisted";
  return (
    <Section title={t("title")} id="statement-keys">
      <div className="max-w-[720px] py-4">
        <p className="text-body text-ink-2">{t("lead")}</p>
        <p className="mt-3 font-medium text-body">
          {t(`signedBy.${standing.version === undefined ? "none" : standing.signed_by}`)}
        </p>
      </div>
      {isListed ? null : <ReadAloud passkeys={standing.passkeys} />}
      <CallFailure error={acts.error} title={t("failed")} />
      <p role="status" className="mb-4 font-medium text-accent text-body empty:hidden">
        {acts.did === undefined ? null : t(`did.${acts.did.what}`, { person: acts.did.person })}
      </p>
      {standing.to_confirm.length === 0 ? null : <ToConfirm changes={standing.to_confirm} acts={acts} />}
      {standing.keys.length === 0 ? null : (
        <KeyTable
          keys={standing.keys}
          isBusy={isBusy || isWaiting}
          onRemove={(key) => void acts.ask({ removes: key.id })}
        />
      )}
      {standing.keys.length === 1 ? (
        <Notice tone="amber" icon="warning" className="mt-4 max-w-[720px]">
          <p>{t("onlyOne")}</p>
        </Notice>
      ) : null}
      {newest === undefined ? null : <OwnChange change={newest} acts={acts} />}
      {isListed && !isWaiting ? <EnrolForm standing={standing} acts={acts} /> : null}
    </Section>
  );
}
