import "server-only";
import type { NamedKey } from "@/lib/context/recorder";
import type { ReaderContext } from "../reading/fence";

const KEPT_KEYS = 5_000;
/** Limits how long a destroyed key can remain in memory. */
const KEPT_MS = 60_000;

/** Compartment keys of one export, each read at most once a minute. */
export class CompartmentKeys {
  private known = new Map<string, NamedKey | undefined>();
  private until = 0;

  constructor(private readonly cx: Pick<ReaderContext, "audit" | "clock">) {}

  async open(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, NamedKey | undefined>> {
    const now = this.cx.clock.nowMs();
    if (now >= this.until || this.known.size > KEPT_KEYS) {
      this.known = new Map();
      this.until = now + KEPT_MS;
    }
    const unknown = [...ids].filter((id) => !this.known.has(id));
    if (unknown.length > 0) {
      const keys = await this.cx.audit.compartments.openNamed(unknown);
      for (const id of unknown) this.known.set(id, keys.get(id));
    }
    return this.known;
  }
}
