import { whoRuns } from "@/lib/http/health/who-runs";
import { servePublic } from "@/lib/http/public/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = servePublic(
  async () => Response.json({ status: "alive", instance: whoRuns()?.digest ?? null }),
  { isProbe: true },
);
