import { signOutPerson as signOut } from "@/lib/administration/people/end-person";
import { signOutPerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/sign-out",
  [bind(signOutPerson, (cx, { params }) => signOut(cx, params.id))],
);
