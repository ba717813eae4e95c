import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function PeopleLayout({ children }: { children: ReactNode }) {
  return (
    <Words
      namespaces={[
        "administration.duties",
        "administration.import",
        "administration.invite",
        "administration.link",
        "administration.memberships",
        "administration.person",
      ]}
    >
      {children}
    </Words>
  );
}
