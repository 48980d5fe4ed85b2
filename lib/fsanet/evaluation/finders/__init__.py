"""How well face finders find: average precision, labelled photographs, WIDER FACE, and MediaPipe's beside ours."""
