import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function AuthoritiesLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["authority"]}>{children}</Words>;
}
