"use client";

import { useTranslations } from "next-intl";
import { type Codes, grouped } from "@/components/client/use-codes";
import { extraDutyKeys, roleKey } from "@/components/layout/role-words";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import type { DemonstrationPerson } from "@/lib/identity/schema";

/** In the order of the tour, with what each can try. */
const TRIES = {
  "regulator-001": "regulator",
  "coordinator-001:legal": "legal",
  "coordinator-001:approve": "approve",
  "coordinator-001:approve-2": "approveToo",
  "coordinator-001:support": "support",
  "auditor-001": "auditor",
  "auditor-002": "auditorHours",
  "client-456": "client",
  "client-123": "clientToo",
  "miner-789": "miner",
  "miner-456": "minerToo",
  "regulator-002": "regulatorToo",
  "coordinator-001:compliance": "compliance",
  "coordinator-001:privacy": "privacy",
  "coordinator-001:admin": "admin",
  "coordinator-001:admin-2": "adminToo",
  "coordinator-001:executive": "executive",
  "coordinator-001:executive-2": "executiveToo",
  "coordinator-001:break-glass": "breakGlass",
} as const;

type Handle = keyof typeof TRIES;

function isHandle(handle: string): handle is Handle {
  return handle in TRIES;
}

const ORDER = Object.keys(TRIES);

function Code({ person, seconds }: { person: DemonstrationPerson; seconds: number }) {
  const t = useTranslations("signin");
  if (person.takes !== "code")
    return (
      <span className="text-note text-ink-2">
        {t(person.takes === "passkey" ? "people.passkeyOnly" : "people.passwordOnly")}
      </span>
    );
  if (person.code === null)
    return <span className="text-note text-ink-2">{t("people.nextIn", { seconds })}</span>;
  return <span className="font-medium font-mono text-control">{grouped(person.code)}</span>;
}

function Person(props: {
  person: DemonstrationPerson;
  seconds: number;
  isFilled: boolean;
  onFill: (person: DemonstrationPerson) => void;
}) {
  const t = useTranslations("signin");
  const words = useTranslations("portal");
  const { person, isFilled } = props;
  const role = [
    words(`roles.${roleKey(person.role)}`),
    ...extraDutyKeys(person.role, person.duties).map((duty) => words(`duties.${duty}`)),
  ].join(", ");
  return (
    <li
      className={`relative isolate grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-line border-b py-2 before:absolute before:inset-y-0 before:-inset-x-3 before:-z-10 tablet:grid-cols-[176px_minmax(0,1fr)_84px_88px] ${isFilled ? "before:bg-accent-wash" : ""}`}
    >
      <p className="text-control">
        <span className="block font-semibold">{person.name}</span>
        <span className="block text-ink-2 text-note">{role}</span>
      </p>
      <p className="order-last text-control text-ink-2 tablet:order-none">
        {isHandle(person.handle) ? t(`people.tries.${TRIES[person.handle]}`) : ""}
      </p>
      <p className="order-last justify-self-end tablet:order-none tablet:justify-self-start">
        <Code person={person} seconds={props.seconds} />
      </p>
      <div className="justify-self-end">
        {isFilled ? (
          <span className="inline-flex min-h-touch items-center gap-2 text-accent text-control tablet:min-h-form">
            <Icon name="tick" />
            {t("people.filled")}
          </span>
        ) : (
          <Button
            size="bar"
            className="bg-sheet"
            aria-label={t("people.fillIn", { name: person.name })}
            onClick={() => props.onFill(person)}
          >
            {t("people.fill")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** The people of the demonstration, each with the current code. Shown only by an evaluation that other machines cannot reach. */
export function DemonstrationPeople(props: {
  codes: Codes;
  filled: string | undefined;
  onFill: (person: DemonstrationPerson) => void;
}) {
  const t = useTranslations("signin");
  const { people, seconds } = props.codes;
  const inOrder = [...people].sort((a, b) => ORDER.indexOf(a.handle) - ORDER.indexOf(b.handle));
  return (
    <section aria-labelledby="people" className="max-w-[860px]">
      <h2 id="people" className="font-semibold text-opened tracking-tight">
        {t("people.title")}
      </h2>
      <p className="mt-1 max-w-[600px] text-body text-ink-2">{t("people.text")}</p>
      <ul className="mt-4 border-ink border-t">
        {inOrder.map((person) => (
          <Person
            key={person.handle}
            person={person}
            seconds={seconds}
            isFilled={props.filled === person.handle}
            onFill={props.onFill}
          />
        ))}
      </ul>
      <p className="mt-3 text-ink-2 text-note">{t("people.change", { seconds })}</p>
    </section>
  );
}
