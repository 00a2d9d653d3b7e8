"""Does this span support this statement?"""
