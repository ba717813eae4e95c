import "server-only";
import { openListener } from "@/lib/db/listen";
import { createLiveHub, type LiveHub, type LiveHubOptions } from "@/lib/live/hub";

export const CHANGE_CHANNEL = "sealport_changed";

/**
 * Opens live updates over their own connection. It opens with the first stream, and only then does the process handle
 * the signals that end it: streams would delay its drain for as long as their readers stay, and a process without
 * streams keeps Node's own handling.
 */
export function openLiveHub(url: string, parts: Omit<LiveHubOptions, "listen">): LiveHub {
  const hub: LiveHub = createLiveHub({
    ...parts,
    listen: (handlers) => {
      for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.once(event, () => hub.close());
      return openListener({
        url,
        applicationName: "sealport-portal-live",
        channel: CHANGE_CHANNEL,
        ...handlers,
      });
    },
  });
  return hub;
}
