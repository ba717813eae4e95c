import Link from "next/link";
import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import type { PolicySetList, PolicySetSummary, PolicySetView, SetState } from "@/lib/policies/schema";

const LOOKS: Readonly<Record<SetState, Pick<TimelineItem, "icon" | "tone">>> = {
  draft: { icon: "pencil", tone: "amber" },
  submitted: { icon: "clock", tone: "amber" },
  approved: { icon: "check", tone: "ink" },
  scheduled: { icon: "clock", tone: "ink" },
  active: { icon: "check", tone: "accent" },
  superseded: { icon: "open", tone: "ink" },
  rolled_back: { icon: "back", tone: "oxblood" },
  withdrawn: { icon: "nothing", tone: "ink" },
  refused: { icon: "cross", tone: "oxblood" },
};

/** Unknown numbers are answered like numbers that no version has. */
const NO_NUMBER = 2_147_483_647;

/** Returns the number of a version from its page's address. */
export function numberOf(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NO_NUMBER;
}

/** Draft 16, or version 15 once it was submitted. */
export function useSetName(): (set: Pick<PolicySetSummary, "number" | "state">) => string {
  const t = useTranslations("policies");
  return ({ number, state }) => t(state === "draft" ? "draftNamed" : "versionNamed", { number });
}

/** Returns a version's title. The first version has no author: the portal wrote its title, in the reader's language. */
export function useSetTitle(): (set: Pick<PolicySetSummary, "author" | "title">) => string {
  const t = useTranslations("policies.byPortal");
  return ({ author, title }) => (author === null ? t("title") : title);
}

function useItems(sets: readonly PolicySetSummary[]): TimelineItem[] {
  const t = useTranslations("policies");
  const nameOf = useSetName();
  const titleOf = useSetTitle();
  return sets.map((set) => {
    const title = titleOf(set);
    const at = set.active_from ?? set.submitted_at ?? set.created_at;
    return {
      key: String(set.number),
      ...LOOKS[set.state],
      text: (
        <>
          <Link
            href={`/policies/${set.number}`}
            prefetch={false}
            className="font-semibold underline-offset-4 hover:underline"
          >
            {nameOf(set)}
          </Link>
          {`, ${t(`states.${set.state}`)}`}
        </>
      ),
      detail: set.author === null ? title : t("byAuthor", { title, author: set.author }),
      time: <LocalTime instant={at} form="day" />,
    };
  });
}

function InForce({ active }: { active: PolicySetView }) {
  const t = useTranslations("policies.inForce");
  const { activations, document, document_digest: digest } = active;
  const since = activations[0]?.at;
  const examples = document.policies.reduce((sum, policy) => sum + policy.examples.length, 0);
  return (
    <FactsSection title={t("title")} note={t("version", { number: active.number })}>
      <Facts
        facts={[
          ...(since === undefined
            ? []
            : [{ name: t("since"), value: <LocalTime instant={since} form="minute" /> }]),
          { name: t("rules"), value: document.policies.length },
          { name: t("examples"), value: t("hold", { count: examples }) },
          { name: t("digest"), value: <Digest value={digest} label={t("digest")} /> },
        ]}
      />
    </FactsSection>
  );
}

/** The version in force, all versions, and who may change them. */
export function Versions({ active, sets }: { active: PolicySetView; sets: PolicySetList }) {
  const t = useTranslations("policies");
  const items = useItems(sets.items);
  return (
    <>
      <InForce active={active} />
      <FactsSection title={t("versions")}>
        <Timeline items={items} />
        {sets.next_cursor === null ? null : (
          <Link
            href={`/policies?older=${sets.next_cursor}`}
            prefetch={false}
            className="inline-flex min-h-[24px] items-center text-control underline underline-offset-4"
          >
            {t("older")}
          </Link>
        )}
      </FactsSection>
      <FactsSection title={t("whoMay")}>
        <p className="text-control text-ink-2">{t("whoMayText")}</p>
        <Link
          href="/developers/guides/policies"
          prefetch={false}
          className="mt-2 inline-flex min-h-[24px] items-center text-control underline underline-offset-4"
        >
          {t("guide")}
        </Link>
      </FactsSection>
    </>
  );
}
