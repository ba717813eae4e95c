import "server-only";
import { getTranslations } from "next-intl/server";
import { listAuditActors } from "@/lib/api-client/operations/audit";
import { listActors } from "@/lib/audit/reading/actors/list-actors";
import type { EventItem } from "@/lib/audit/schema";
import type { Principal } from "@/lib/context/principal";
import { shortDigest } from "@/lib/format";
import { loadPage } from "@/lib/http/pages/page";
import type { ActorChoice } from "./filter-bar";

const PROCESSES = ["portal", "worker", "seed"] as const;

/** Returns the name of a person in the filter who is not in the visible rows, or the pseudonym if the reader may not see the name. */
async function nameOf(actor: string): Promise<string> {
  const found = await loadPage(listAuditActors, "/confidential/audit/actors", (cx) =>
    listActors(cx, { q: actor }),
  );
  const item = found.ok ? found.value.items.find((one) => one.actor === actor) : undefined;
  return item?.name ?? shortDigest(actor);
}

/** Returns the actors to choose from: the reader, the writing processes, the actors in the list, and the one in the filter. */
export async function actorChoices(
  items: readonly EventItem[],
  current: string,
  principal: Principal,
): Promise<ActorChoice[]> {
  const t = await getTranslations("audit");
  const choices = new Map<string, string>([[principal.pseudonym, t("actors.me", { name: principal.name })]]);
  const people = items.filter(({ actor }) => actor !== null && !actor.startsWith("system:"));
  const named = people.map(({ actor, actor_name, actor_organisation }): [string, string] => {
    const pseudonym = shortDigest(actor ?? "");
    const unnamed =
      actor_organisation === undefined
        ? pseudonym
        : `${t("actors.unnamed", { organisation: actor_organisation })} ${pseudonym}`;
    return [actor ?? "", actor === "anonymous" ? t("actors.none") : (actor_name ?? unnamed)];
  });
  for (const [value, label] of named.sort((a, b) => a[1].localeCompare(b[1])))
    if (!choices.has(value)) choices.set(value, label);
  for (const process of PROCESSES) choices.set(`system:${process}`, t(`actors.${process}`));
  if (current !== "" && !choices.has(current)) choices.set(current, await nameOf(current));
  return [...choices].map(([value, label]) => ({ value, label }));
}
