import "server-only";
import type { FlagName, FlagSource, Flags } from "@/lib/context/flags";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { FLAG_NAMES, GUARDED } from "@/lib/flags/guarded";
import { listValues } from "@/lib/flags/store";

/** A switch, its safe value, and the organisations for which another value was recorded at some time. */
export interface FlagView {
  readonly name: FlagName;
  readonly safe: boolean;
  readonly values: readonly {
    readonly organisation: string;
    readonly isOn: boolean;
    readonly reason: string;
    readonly since: string;
  }[];
}

/** Returns all switches and the state of their file. An organisation that is not named has the safe value. */
export async function listFlags(
  cx: DbContext & { readonly instance: { readonly tenantId: string }; readonly flags: Flags },
): Promise<{ readonly source: FlagSource; readonly flags: readonly FlagView[] }> {
  const rows = await inSnapshot(cx, (tx) => listValues(tx, cx.instance.tenantId));
  const flags = FLAG_NAMES.map((name) => ({
    name,
    safe: GUARDED[name].safe,
    values: rows
      .filter(({ flag }) => flag === name)
      .map(({ organisation, is_on: isOn, reason, at }) => ({
        organisation,
        isOn,
        reason,
        since: at.toISOString(),
      })),
  }));
  return { source: cx.flags.source(), flags };
}
