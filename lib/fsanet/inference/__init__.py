"""From images and video to head poses."""
