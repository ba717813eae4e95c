import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function AccessReviewLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["accessReview", "administration.invite"]}>{children}</Words>;
}
