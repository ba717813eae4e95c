import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { dutyKey } from "@/components/layout/role-words";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { PersonDetail } from "@/lib/administration/people/schema";
import { formatTime } from "@/lib/format";

function Lines({ lines, none }: { lines: readonly { key: string; line: ReactNode }[]; none: string }) {
  if (lines.length === 0) return <p className="py-2 text-control text-ink-2">{none}</p>;
  return (
    <ul className="text-control">
      {lines.map(({ key, line }) => (
        <li key={key} className="flex flex-wrap gap-x-4 border-line border-b py-2">
          {line}
        </li>
      ))}
    </ul>
  );
}

const note = (text: ReactNode) => <span className="text-ink-2">{text}</span>;

/** Duties, and who gave them when. */
export function DutiesSection({ person }: { person: PersonDetail }) {
  const t = useTranslations("administration.person");
  const names = useTranslations("portal.duties");
  const lines = person.duties_given.map(({ duty, by, at }) => ({
    key: duty,
    line: (
      <>
        <span className="min-w-40 font-semibold">{names(dutyKey(duty))}</span>
        {note(by === null ? t("givenFirst") : t("given", { name: by }))}
        {note(<LocalTime instant={at} form="minute" />)}
      </>
    ),
  }));
  return (
    <Section title={t("duties")}>
      <Lines lines={lines} none={t("noDuties")} />
    </Section>
  );
}

function LinkLine({ link }: { link: PersonDetail["link"] }) {
  const t = useTranslations("administration.person");
  if (link === null) return null;
  return (
    <p className="py-2 text-amber text-control">
      {link.is_expired ? (
        t("linkEnded")
      ) : (
        <>
          {t("link")} <LocalTime instant={link.expires_at} form="minute" />
        </>
      )}
    </p>
  );
}

/** Ways to sign in, open sessions, API keys and webhooks. */
export function AccessSections({ person }: { person: PersonDetail }) {
  const t = useTranslations("administration.person");
  const factors = person.factors.map(({ kind, label, created_at: at }, index) => ({
    key: `${kind}-${index}`,
    line: (
      <>
        <span className="min-w-40 font-semibold">{t(`kinds.${kind}`)}</span>
        {label === null ? null : note(label)}
        {note(t.rich("setUpAt", { time: () => <LocalTime instant={at} form="minute" /> }))}
      </>
    ),
  }));
  const sessions = person.sessions.map(({ device, last_seen_at: seen }, index) => ({
    key: `${seen}-${index}`,
    line: (
      <>
        <span className="min-w-40">{device}</span>
        {note(t.rich("seenAt", { time: () => <LocalTime instant={seen} form="minute" /> }))}
      </>
    ),
  }));
  const keys = person.api_keys.map(({ id, label, prefix, expires_at: end }) => ({
    key: id,
    line: (
      <>
        <span className="min-w-40 font-semibold">{label}</span>
        <span className="font-mono">sp_{prefix}_…</span>
        {note(
          end === null
            ? t("noEnd")
            : t.rich("endsAt", { time: () => <LocalTime instant={end} form="minute" /> }),
        )}
      </>
    ),
  }));
  const hooks = person.webhooks.map(({ id, name }) => ({
    key: id,
    line: (
      <>
        <span className="min-w-40 font-semibold">{name}</span>
        {note(t("webhook"))}
      </>
    ),
  }));
  return (
    <>
      <Section title={t("factors")}>
        <LinkLine link={person.link} />
        <Lines lines={factors} none={t("noFactors")} />
      </Section>
      <Section title={t("sessions")}>
        <Lines lines={sessions} none={t("noSessions")} />
      </Section>
      <Section title={t("keys")}>
        <Lines lines={[...keys, ...hooks]} none={t("noKeys")} />
      </Section>
    </>
  );
}

/** What the person has begun, which others continue with. */
export function WorkSection({ person }: { person: PersonDetail }) {
  const t = useTranslations("administration.person");
  const kinds = useTranslations("administration.agreements.kinds");
  const disputes = person.open_work.disputes.map(({ id }) => ({
    key: id,
    line: (
      <>
        <span className="min-w-40 font-semibold">{t("dispute")}</span>
        <span className="font-mono">{id.slice(-12)}</span>
      </>
    ),
  }));
  const asked = person.open_work.agreements.map(({ id, kind }) => ({
    key: id,
    line: (
      <>
        <span className="min-w-40 font-semibold">{kinds(kind)}</span>
        {note(t("asked"))}
      </>
    ),
  }));
  return (
    <Section title={t("work")}>
      <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("workText")}</p>
      <Lines lines={[...disputes, ...asked]} none={t("noWork")} />
    </Section>
  );
}

/** Changes of this person that wait for a second administrator. */
export function WaitingSection({
  person,
  isAdministrator,
}: {
  person: PersonDetail;
  isAdministrator: boolean;
}) {
  const t = useTranslations("administration.person");
  const kinds = useTranslations("administration.agreements.kinds");
  if (person.agreements.length === 0) return null;
  return (
    <Section title={t("waits")}>
      <Lines
        none=""
        lines={person.agreements.map(({ id, kind }) => ({
          key: id,
          line: isAdministrator ? (
            <Link href={`/agreements/${id}`} className="underline">
              {kinds(kind)}
            </Link>
          ) : (
            kinds(kind)
          ),
        }))}
      />
    </Section>
  );
}

/** The facts of a person, for the column at the side. */
export function PersonFacts({ person }: { person: PersonDetail }) {
  const t = useTranslations("administration.person");
  const locale = useLocale();
  const dayOf = (day: string) => formatTime(new Date(day), { timeZone: "UTC", locale, form: "day" });
  const others = person.memberships.filter(({ id }) => id !== person.organisation.id);
  const facts = [
    { name: t("email"), value: person.email },
    { name: t("organisation"), value: person.organisation.name },
    ...(others.length === 0
      ? []
      : [{ name: t("memberships"), value: others.map(({ name }) => name).join(", ") }]),
    ...(person.participant_id === null ? [] : [{ name: t("participant"), value: person.participant_id }]),
    { name: t("handle"), value: person.handle },
    { name: t("since"), value: <LocalTime instant={person.created_at} form="minute" /> },
    ...(person.last_seen_at === null
      ? []
      : [{ name: t("seen"), value: <LocalTime instant={person.last_seen_at} form="minute" /> }]),
    ...(person.leaves_on === null ? [] : [{ name: t("leaves"), value: dayOf(person.leaves_on) }]),
    ...(person.state_reason === null ? [] : [{ name: t("stateReason"), value: person.state_reason }]),
  ];
  return <Facts facts={facts} />;
}
