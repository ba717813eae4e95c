import { useTranslations } from "next-intl";
import { dutyKey, roleKey } from "@/components/layout/role-words";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { Tag, type Tone } from "@/components/ui/tag";
import type { RosterChangeState, RosterChangeView, RosterPage } from "@/lib/identity/roster/schema";
import type { RosterDifference, RosterEntry } from "@/lib/identity/roster/version-schema";
import { VersionActs } from "./version-acts";

/** Returns an entry as lines: what the person is, and each key in groups to read aloud. */
export function useEntryLines(): (
  entry: RosterEntry,
) => readonly { readonly name: string; readonly value: string }[] {
  const t = useTranslations("roster.entry");
  const portal = useTranslations("portal");
  return (entry) => {
    // Other words than the portal's duties have no effect, and are shown as they are signed.
    const word = (duty: string) => (dutyKey(duty) === duty ? portal(`duties.${dutyKey(duty)}`) : duty);
    const duties = entry.duties.map(word).join(", ");
    return [
      { name: t("organisation"), value: entry.organisation_name },
      { name: t("role"), value: entry.role === null ? t("none") : portal(`roles.${roleKey(entry.role)}`) },
      { name: t("duties"), value: duties === "" ? t("none") : duties },
      ...(entry.participant === null ? [] : [{ name: t("participant"), value: entry.participant }]),
      ...entry.keys.map(({ kind, groups, id }, index) => ({
        name: t("key", { number: index + 1 }),
        value: kind === "portal-evaluation" ? t("portal") : kind === "ed25519" ? `${id}: ${groups}` : groups,
      })),
    ];
  };
}

/** One person whom a version changes: as they are on the roster, and as they will be. */
function DifferenceRow({ difference }: { difference: RosterDifference }) {
  const t = useTranslations("roster.version");
  const lines = useEntryLines();
  const { act, before, after, name, person } = difference;
  const was = before === null ? [] : lines(before);
  const becomes = after === null ? [] : lines(after);
  const names = [...new Set([...becomes, ...was].map((line) => line.name))];
  const of = (side: typeof was, label: string) => side.find((line) => line.name === label)?.value;
  return (
    <li className="border-line border-b py-4">
      <p className="font-semibold text-body">{t(`acts.${act}`, { name })}</p>
      <Facts
        look="aligned"
        facts={[
          { name: t("handle"), value: <span className="font-mono">{person}</span> },
          ...names.map((label) => {
            const [old, next] = [of(was, label), of(becomes, label)];
            const isSame = old === next || act !== "change";
            return {
              name: label,
              value: isSame ? (
                (next ?? old)
              ) : (
                <>
                  {old === undefined ? null : <del className="mr-2 text-ink-3">{old}</del>}
                  {next === undefined ? null : <ins className="bg-accent-wash no-underline">{next}</ins>}
                </>
              ),
            };
          }),
        ]}
      />
    </li>
  );
}

const TONES: Readonly<Record<RosterChangeState, Tone>> = {
  pending: "amber",
  done: "accent",
  refused: "oxblood",
  withdrawn: "plain",
  superseded: "plain",
  expired: "plain",
};

/** State of a version in words. */
export function VersionTag({ state }: { state: RosterChangeState }) {
  const t = useTranslations("roster.version.states");
  return <Tag tone={TONES[state]}>{t(state)}</Tag>;
}

/** Who has signed, and who else may. With fewer than two it cannot come into force. */
function Signatures({ change }: { change: RosterChangeView }) {
  const t = useTranslations("roster.version");
  const names = (people: readonly { readonly name: string }[]) =>
    people.length === 0 ? t("no-one") : people.map(({ name }) => name).join(", ");
  const canEnd = change.agreements.length + change.may_confirm.length >= 2;
  return (
    <>
      <Facts
        look="aligned"
        facts={[
          { name: t("askedBy"), value: change.name === "" ? t("thePortal") : change.name },
          { name: t("why"), value: change.purpose ?? "" },
          { name: t("signed"), value: names(change.agreements) },
          { name: t("maySign"), value: names(change.may_confirm) },
          { name: t("until"), value: <LocalTime instant={change.expires_at} form="minute" /> },
        ]}
      />
      {canEnd ? null : (
        <Notice tone="oxblood" icon="stop" title={t("tooFew")} className="mt-4 max-w-[720px]">
          <p>{t("tooFewText")}</p>
        </Notice>
      )}
    </>
  );
}

/** The version that waits for two signatures: whom it changes and how, who may sign, and the acts. */
export function VersionSection({
  change,
  signing,
  isOwn,
}: {
  change: RosterChangeView;
  signing: RosterPage["signing"];
  isOwn: boolean;
}) {
  const t = useTranslations("roster.version");
  const addsKey = (change.people ?? []).some(({ act }) => act !== "remove");
  return (
    <Section
      title={t("title", { version: change.version })}
      action={<VersionTag state={change.state} />}
      id="open-version"
    >
      <div className="py-3">
        <Signatures change={change} />
      </div>
      <ul className="border-line border-t">
        {(change.people ?? []).map((difference) => (
          <DifferenceRow key={difference.person} difference={difference} />
        ))}
      </ul>
      {addsKey ? <p className="mt-3 max-w-[80ch] text-control text-ink-2">{t("call")}</p> : null}
      <VersionActs change={change} signing={signing} isOwn={isOwn} />
    </Section>
  );
}
