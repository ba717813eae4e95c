import { useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import type { Fact } from "@/components/ui/facts";
import { spokenGroups } from "@/lib/digests";
import type { RosterChangeView } from "@/lib/identity/roster/schema";

/**
 * Eight groups are 128 bits of the fingerprint. A second key with the same groups cannot be made in practice, and
 * people can read them aloud.
 */
const GROUPS = 8;

/** Shows the groups of a key. Two people compare them by telephone. */
function KeyWords({ fingerprint }: { fingerprint: string }) {
  return <span className="block max-w-[25rem] font-mono text-body">{spokenGroups(fingerprint, GROUPS)}</span>;
}

/** Returns the added and the removed key, each in groups to read aloud and with its id in the roster. */
export function useKeyFacts(change: RosterChangeView | undefined): readonly Fact[] {
  const t = useTranslations("roster.confirm");
  const aloud = useTranslations("roster.aloud");
  const of = (
    names: { readonly spoken: string; readonly id: string },
    id: string | undefined,
    fingerprint: string | undefined,
  ): Fact[] => [
    ...(fingerprint === undefined
      ? []
      : [{ name: names.spoken, value: <KeyWords fingerprint={fingerprint} /> }]),
    ...(id === undefined ? [] : [{ name: names.id, value: <Digest value={id} label={names.id} /> }]),
  ];
  return [
    ...of({ spoken: aloud("new"), id: t("new") }, change?.added, change?.added_fingerprint),
    ...of({ spoken: aloud("old"), id: t("old") }, change?.removed, change?.removed_fingerprint),
  ];
}
