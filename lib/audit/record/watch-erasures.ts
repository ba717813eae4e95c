import "server-only";
import type { Compartments } from "@/lib/context/recorder";
import { type Listener, openListener } from "@/lib/db/listen";

const CHANNEL = "sealport_erased";

/**
 * Listens for destroyed keys and forgets them in this process as soon as the erasing transaction commits. Without a
 * working notification channel, this process keeps no compartment key in memory.
 */
export function watchErasures(url: string, applicationName: string, compartments: Compartments): Listener {
  compartments.hear(false);
  return openListener({
    url,
    applicationName,
    channel: CHANNEL,
    onMessage: (id) => compartments.forget(id),
    onListening: () => compartments.hear(true),
    onLost: () => compartments.hear(false),
  });
}
