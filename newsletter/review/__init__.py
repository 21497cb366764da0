"""An issue is checked and approved; an approval holds for one content."""
