import {
  changeParticipant as change,
  getParticipant as get,
} from "@/lib/administration/participants/participants";
import { changeParticipant, getParticipant } from "@/lib/api-client/operations/participants";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/participants/{id}",
  [
    bind(getParticipant, (cx, { params }) => get(cx, params.id)),
    bind(changeParticipant, (cx, { params, body }) => change(cx, params.id, body)),
  ],
);
