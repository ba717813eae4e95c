import { readRootBackup } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { readRootBackup as readBackup } from "@/lib/keys/read-root-backup";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/backup", [
  bind(readRootBackup, async (cx) => readBackup(cx)),
]);
