"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { useKeyFacts } from "@/app/(portal)/account/security/_components/statement-keys/key-facts";
import type { RosterActs } from "@/app/(portal)/account/security/_components/statement-keys/use-roster-acts";
import { Button } from "@/components/ui/button";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Tag, type Tone } from "@/components/ui/tag";
import type { RosterChangeState, RosterChangeView } from "@/lib/identity/roster/schema";

const TONES: Readonly<Record<RosterChangeState, Tone>> = {
  pending: "amber",
  done: "accent",
  refused: "oxblood",
  withdrawn: "plain",
  superseded: "oxblood",
  expired: "oxblood",
};

function Agreements({ change }: { change: RosterChangeView }) {
  const t = useTranslations("roster.mine");
  if (change.agreements.length === 0) return <>{t("notYet")}</>;
  return (
    <ul>
      {change.agreements.map((one) => (
        <li key={one.person}>{one.by === "portal" ? t("agreedByPortal", { name: one.name }) : one.name}</li>
      ))}
    </ul>
  );
}

/** The person's newest change: what it is, its state, who has agreed and who still may agree. */
export function OwnChange({ change, acts }: { change: RosterChangeView; acts: RosterActs }) {
  const t = useTranslations("roster.mine");
  const router = useRouter();
  const headingId = useId();
  const keyFacts = useKeyFacts(change);
  const isOpen = change.state === "pending";
  const isBusy = acts.running !== undefined;
  const label = change.label === undefined || change.label === "" ? t("unnamed") : change.label;
  return (
    <section aria-labelledby={headingId} className="mt-6 max-w-[720px]">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 id={headingId} className="font-semibold text-body">
          {t(change.kind, { name: label })}
        </h3>
        <Tag tone={TONES[change.state]} isBoxed>
          {t(`state.${change.state}`)}
        </Tag>
      </div>
      {change.reason === undefined ? null : (
        <p className="mt-1 text-control">{t("reason", { reason: change.reason })}</p>
      )}
      {isOpen ? (
        <div className="mt-2">
          <Facts
            look="aligned"
            facts={[
              ...keyFacts,
              { name: t("waitsUntil"), value: <LocalTime instant={change.expires_at} form="minute" /> },
              { name: t("agreed"), value: <Agreements change={change} /> },
              {
                name: t("asked"),
                value: change.may_confirm.map(({ name }) => name).join(", "),
              },
            ]}
          />
          <p className="mt-2 text-control text-ink-2">{t("read")}</p>
          <div className="mt-4 flex flex-wrap gap-2">
            {change.awaits_me ? (
              <Button
                isBusy={acts.running === `agree-${change.id}`}
                onClick={isBusy ? undefined : () => void acts.agree(change)}
              >
                {t("sign")}
              </Button>
            ) : null}
            <Button onClick={() => router.refresh()}>{t("again")}</Button>
            <Button
              look="quiet"
              isBusy={acts.running === `refuse-${change.id}`}
              onClick={isBusy ? undefined : () => void acts.refuse(change)}
            >
              {t("withdraw")}
            </Button>
          </div>
        </div>
      ) : null}
    </section>
  );
}
