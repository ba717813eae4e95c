import "server-only";
import { type NoticeSource, openListener } from "@/lib/db/listen";
import { createLiveHub, type LiveHub, type LiveHubOptions } from "@/lib/live/hub";

export const CHANGE_CHANNEL = "sealport_changed";

/**
 * Opens live updates over their own connection. The connection opens with the first stream. From then on the process
 * closes all streams when a signal ends it, because open streams would delay its end. A process without streams keeps
 * Node's own handling.
 */
export function openLiveHub(source: NoticeSource, parts: Omit<LiveHubOptions, "listen">): LiveHub {
  const hub: LiveHub = createLiveHub({
    ...parts,
    listen: (handlers) => {
      for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.once(event, () => hub.close());
      return openListener({
        source,
        applicationName: "sealport-portal-live",
        channel: CHANGE_CHANNEL,
        ...handlers,
      });
    },
  });
  return hub;
}
