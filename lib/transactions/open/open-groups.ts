import "server-only";
import type { GrantFacts } from "@/lib/access/rules/facts";
import type { Context } from "@/lib/context/context";
import { maskFields } from "@/lib/custodian/openings/mask";
import type { Run } from "@/lib/db/statement";
import { InvariantError } from "@/lib/errors";
import type { EscrowOpened } from "@/lib/escrow/protocol/port";
import { GROUP_ORDER, type Groups } from "@/lib/transactions/groups";
import type { Intent } from "@/lib/transactions/open/commit-opening";
import { type ManagedGroups, openManaged } from "@/lib/transactions/open/open-managed";
import type { OpeningPlan } from "@/lib/transactions/open/plan-opening";
import type { OpeningProof } from "@/lib/transactions/open/prove-opening";
import { registrationItem } from "@/lib/transactions/verify-envelopes";
import type { GroupName } from "@/lib/vocabulary";

/** The result of an opening. */
export interface OpenedGroups {
  readonly groups: Groups;
  /** Undefined if the custodian was not asked. */
  readonly assurance?: EscrowOpened["assurance"];
  /** Groups with fields that are masked. */
  readonly masked: readonly GroupName[];
  /** Salts of sealed fields that are shown in full; from the custodian only if they were asked for. */
  readonly salts: GroupSalts;
}

/** Salts by group and field. */
export type GroupSalts = Partial<Record<GroupName, Readonly<Record<string, string>>>>;

/** Stores what was opened as the outcome, with this `run`; nothing may run in its transaction afterwards. */
export type StoreOutcome = (run: Run, opened: OpenedGroups) => Promise<void>;

/** The permitted groups that are stored unsealed. */
function plainGroups({ row, groups }: OpeningPlan): Groups {
  const plain: Groups = {};
  for (const group of groups) {
    const fields = row.plain[group];
    if (fields !== undefined) plain[group] = fields;
  }
  return plain;
}

/**
 * Masks groups that the policies show masked only. The custodian knows the signed terms and not the policies, so it may
 * have opened one of them in full.
 */
function maskedByPolicy(
  opened: EscrowOpened,
  { permit }: OpeningPlan,
): Pick<EscrowOpened, "data" | "masked" | "salts"> {
  const data: Groups = { ...opened.data };
  const masked = { ...opened.masked };
  const salts: GroupSalts = { ...opened.salts };
  for (const group of GROUP_ORDER) {
    const fields = data[group];
    const isDone = (masked[group] ?? []).length > 0;
    if (fields === undefined || isDone || permit.levels[group] === "full") continue;
    data[group] = maskFields(fields);
    masked[group] = Object.keys(fields).sort();
    delete salts[group];
  }
  return { data, masked, salts };
}

/** Asks the custodian, which decides again by the grant it knows and the intent entry. */
async function openThroughCustodian(
  cx: Context,
  plan: OpeningPlan,
  grant: GrantFacts,
  intent: Intent,
  { statement, signature, replyKey }: OpeningProof,
): Promise<OpenedGroups> {
  const { row, sealed } = plan;
  const opened = await cx.escrow.open({
    grant: grant.id,
    transaction: row.id,
    groups: sealed.map((group) => group.row.group),
    envelopes: sealed.map((group) => registrationItem(row, group)),
    intent: intent.entry,
    opening: { statement, signature },
    replyKey,
    ...(plan.withSalts === undefined ? {} : { withSalts: true }),
  });
  const shown = maskedByPolicy(opened, plan);
  const masked = GROUP_ORDER.filter((group) => (shown.masked[group] ?? []).length > 0);
  return { groups: shown.data, assurance: opened.assurance, masked, salts: shown.salts };
}

function splitContents(contents: ManagedGroups): { readonly groups: Groups; readonly salts: GroupSalts } {
  const groups: Groups = {};
  const salts: GroupSalts = {};
  for (const group of GROUP_ORDER) {
    const content = contents[group];
    if (content === undefined) continue;
    groups[group] = content.fields;
    salts[group] = content.salts;
  }
  return { groups, salts };
}

/**
 * Step 6 of an opening: unsealed groups from our rows, a party's with its managed key, all others from the custodian.
 * It stores the outcome with `store`: a party's while its key is still locked.
 */
export async function openGroups(
  cx: Context,
  plan: OpeningPlan,
  intent: Intent,
  proof: OpeningProof | undefined,
  store: StoreOutcome,
): Promise<OpenedGroups> {
  const { row, sealed, grant } = plan;
  const withPlain = (opened: OpenedGroups) => ({
    ...opened,
    groups: { ...plainGroups(plan), ...opened.groups },
  });
  if (sealed.length > 0 && grant === undefined) {
    const { participantId } = cx.principal;
    if (participantId === undefined) throw new InvariantError("a party has no participant");
    return openManaged(cx, row, sealed, participantId, async (run, contents) => {
      const opened = withPlain({ ...splitContents(contents), masked: [] });
      await store(run, opened);
      return opened;
    });
  }
  const opened = withPlain(await openOthers(cx, plan, intent, proof));
  await store(cx.db.run, opened);
  return opened;
}

async function openOthers(
  cx: Context,
  plan: OpeningPlan,
  intent: Intent,
  proof: OpeningProof | undefined,
): Promise<OpenedGroups> {
  const { sealed, grant } = plan;
  if (sealed.length === 0 || grant === undefined) return { groups: {}, masked: [], salts: {} };
  if (proof === undefined) throw new InvariantError("an opening through escrow has no proof");
  return openThroughCustodian(cx, plan, grant, intent, proof);
}
