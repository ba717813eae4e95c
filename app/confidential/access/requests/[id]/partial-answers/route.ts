import { answerPartly as answer } from "@/lib/access/life/answer-partly";
import { answerPartly } from "@/lib/api-client/operations/steering";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/partial-answers",
  [bind(answerPartly, (cx, { params, body }) => answer(cx, params.id, body.reason))],
);
