"""What the gates tell the rooms beneath them: who else sees a project."""

from gating.seeing import reviewed_projects
from projects import permissions

if reviewed_projects not in permissions.seen_through:
    permissions.seen_through.append(reviewed_projects)
