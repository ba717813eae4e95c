import { readReadiness } from "@/lib/http/health/read-health";
import { servePublic } from "@/lib/http/public/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = servePublic(
  async () => {
    const readiness = await readReadiness();
    return Response.json(readiness, { status: readiness.ready ? 200 : 503 });
  },
  { isProbe: true },
);
