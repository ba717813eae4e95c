import "server-only";
import type { Compartments } from "@/lib/context/recorder";
import { type Listener, type NoticeSource, openListener } from "@/lib/db/listen";

const CHANNEL = "sealport_erased";

/**
 * Listens for destroyed keys and forgets them in this process as soon as the erasing transaction commits. Without a
 * working notification channel, this process keeps no compartment key in memory.
 */
export function watchErasures(
  source: NoticeSource,
  applicationName: string,
  compartments: Compartments,
): Listener {
  compartments.hear(false);
  return openListener({
    source,
    applicationName,
    channel: CHANNEL,
    onMessage: (id) => compartments.forget(id),
    onListening: () => compartments.hear(true),
    onLost: () => compartments.hear(false),
  });
}
