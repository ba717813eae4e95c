import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function OrganisationsLayout({ children }: { children: ReactNode }) {
  return (
    <Words
      namespaces={[
        "organisations",
        "administration.organisations",
        "administration.person.acts",
        "provisioning",
      ]}
    >
      {children}
    </Words>
  );
}
