import "server-only";
import { deliverDue, forgetTold } from "@/lib/notify/deliveries/deliver";
import { sendNotifications } from "@/lib/notify/send-notifications";
import type { Runtime } from "@/lib/runtime/slot";

const PERIOD_MS = 1_000;
const FORGET_PERIOD_MS = 15 * 60_000;

/**
 * Tells people and programs what changed, and makes the attempts that are due. It is done here and not in the worker
 * because the secrets that webhooks sign with are sealed by this process's keystore. Any number of portals share the work.
 */
export function keepNotifications(runtime: Runtime): void {
  const cx = {
    ...runtime,
    mailer: runtime.mailer,
    hasMail: runtime.mailer !== undefined,
    origin: runtime.site.origin,
  };
  const running = { tell: false, deliver: false };
  const keep = async (part: keyof typeof running, step: () => Promise<number>): Promise<void> => {
    if (running[part]) return;
    running[part] = true;
    try {
      while ((await step()) > 0);
    } catch (error) {
      runtime.logger.warn({ err: error }, "notifications were not sent; will retry");
    } finally {
      running[part] = false;
    }
  };
  setInterval(() => {
    void keep("tell", () => sendNotifications(cx));
    void keep("deliver", () => deliverDue(cx));
  }, PERIOD_MS).unref();
  setInterval(() => {
    forgetTold(cx).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "old notifications were not removed; will retry");
    });
  }, FORGET_PERIOD_MS).unref();
}
