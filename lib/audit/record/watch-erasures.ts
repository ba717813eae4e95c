import "server-only";
import type { Compartments } from "@/lib/context/recorder";
import { type Listener, openListener } from "@/lib/db/listen";

const CHANNEL = "sealport_erased";

/**
 * Hears which keys were destroyed, in the moment the erasing transaction commits, and forgets them in this process.
 * Until the channel is heard, and while it is lost, this process keeps no compartment key at all.
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
