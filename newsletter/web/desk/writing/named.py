"""What is called how when two versions are compared: words of the rooms, which the catalogue of the desk has from here."""

from newsletter.languages.catalogue import later

NAMED = frozenset(
    {
        *(later("title"), later("subject"), later("preheader"), later("byline"), later("affiliation"), later("summary")),
        *(later("link"), later("what is shown"), later("length of the excerpt"), later("suggested byline"), later("by nobody")),
        *(later("portrait"), later("words for the portrait"), later("credit of the portrait")),
        *(later("picture"), later("words for the picture"), later("credit of the picture")),
        *(later("date and place"), later("text"), later("links"), later("left out"), later("taken in")),
        *(later("added"), later("removed"), later("dropped"), later("moved"), later("changed")),
    }
)
